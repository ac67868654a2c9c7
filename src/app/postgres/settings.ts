/** The major version whose data folders the bundled binaries can open. */
export const POSTGRES_MAJOR = '18';

const ALWAYS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path may be longer than the 107 bytes a system allows.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  datestyle: 'iso, ymd',
  password_encryption: 'scram-sha-256',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] %u@%d ',
  // A lost client must not hold its locks for hours.
  tcp_keepalives_idle: '60',
  client_connection_check_interval: '10s',
};

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', max_wal_size: '2GB' };

/** For data nobody will miss. */
const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  max_connections: '200',
  shared_buffers: '128MB',
};

export const serverSettings = (durable: boolean): readonly string[] =>
  Object.entries({ ...ALWAYS, ...(durable ? DURABLE : THROWAWAY) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
