// The next major of the API has no ProxyTracerProvider any more; the peer range ends before it.
/* eslint-disable @typescript-eslint/no-deprecated */
import { createNoopMeter, type MeterProvider, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { scopeName } from './conventions.js';

const noTracers = new ProxyTracerProvider().getDelegate();
const noMeter = createNoopMeter();

/** Is there an SDK that takes spans or metrics? One may be registered at any time, so this is asked at each call. */
export function isSdkPresent(): boolean {
  return takesSpans() || takesMetrics();
}

function takesSpans(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== noTracers;
}

let asked: { readonly provider: MeterProvider; readonly takes: boolean } | undefined;

function takesMetrics(): boolean {
  const provider = metrics.getMeterProvider();
  if (asked?.provider !== provider) {
    asked = { provider, takes: provider.getMeter(scopeName) !== noMeter };
  }
  return asked.takes;
}
