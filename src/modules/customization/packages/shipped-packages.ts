import type { MetadataPackage } from '../package/package.js';
import { contractsAndParkingPermits } from './contracts-and-parking-permits.js';

/** Packages that come with Kontor, to be installed by their names. */
export const shippedPackages: readonly MetadataPackage[] = [contractsAndParkingPermits];
