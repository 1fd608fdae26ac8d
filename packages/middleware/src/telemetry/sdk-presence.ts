// The next major of the API has no ProxyTracerProvider any more; the peer range ends before it.
/* eslint-disable @typescript-eslint/no-deprecated */
import { createNoopMeter, type MeterProvider, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { scopeName } from './conventions.js';

const noTracers = new ProxyTracerProvider().getDelegate();
const noMeter = createNoopMeter();

/** Tells whether there is an SDK that takes spans or metrics. One may be registered at any time, so it is asked at each call. */
export function sdkPresence(): () => boolean {
  let asked: { readonly provider: MeterProvider; readonly takes: boolean } | undefined;

  function takesMetrics(): boolean {
    const provider = metrics.getMeterProvider();
    if (asked?.provider !== provider) asked = { provider, takes: provider.getMeter(scopeName) !== noMeter };
    return asked.takes;
  }
  return () => takesSpans() || takesMetrics();
}

function takesSpans(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== noTracers;
}
