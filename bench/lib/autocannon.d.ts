declare module 'autocannon' {
  interface Shot {
    method?: string;
    path?: string;
    body?: string;
    headers?: Record<string, string>;
  }
  interface Result {
    requests: { average: number };
    latency: { p50: number; p99: number };
    non2xx: number;
    errors: number;
  }
  /** Loads a server for a while. */
  export default function autocannon(options: {
    url: string;
    connections: number;
    duration: number;
    requests: readonly Shot[];
  }): Promise<Result>;
}
