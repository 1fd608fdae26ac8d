import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { stripeSecrets } from '@secretkit/stripe';
import { createStoreClient } from '@secretkit/stripe/store-client';

const client = createStoreClient({ apiKey: 'sk_test_bench', baseUrl: process.env.BENCH_URL });
const secrets = createSecrets(recommended()(stripeSecrets({ client })));
process.stdout.write((await secrets.require('token')).reveal());
process.exit();
