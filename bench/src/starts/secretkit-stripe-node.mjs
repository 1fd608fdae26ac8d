import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';

const client = createStripeClient({ apiKey: 'sk_test_bench', baseUrl: process.env.BENCH_URL });
const secrets = createSecrets(recommended()(stripeSecrets({ client })));
process.stdout.write((await secrets.require('token')).reveal());
process.exit();
