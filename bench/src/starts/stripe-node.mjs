import Stripe from 'stripe';

const { hostname, port } = new URL(process.env.BENCH_URL);
const stripe = new Stripe('sk_test_bench', { host: hostname, port, protocol: 'http', telemetry: false });
const { payload } = await stripe.apps.secrets.find({
  name: 'token',
  scope: { type: 'account' },
  expand: ['payload'],
});
process.stdout.write(payload);
process.exit();
