// The next major version of the API has no ProxyTracerProvider; the peer range ends before it.
/* eslint-disable @typescript-eslint/no-deprecated */
import { createNoopMeter, type MeterProvider, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { scopeName } from './conventions.js';

const noopTracers = new ProxyTracerProvider().getDelegate();
const noopMeter = createNoopMeter();

/** Returns a check whether an SDK records spans or metrics. It runs at each call, since an SDK may be registered at any time. */
export function sdkPresence(): () => boolean {
  let lastCheck: { readonly provider: MeterProvider; readonly records: boolean } | undefined;

  function recordsMetrics(): boolean {
    const provider = metrics.getMeterProvider();
    if (lastCheck?.provider !== provider) {
      lastCheck = { provider, records: provider.getMeter(scopeName) !== noopMeter };
    }
    return lastCheck.records;
  }
  return () => recordsSpans() || recordsMetrics();
}

function recordsSpans(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== noopTracers;
}
