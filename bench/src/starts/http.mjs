import { get } from 'node:http';

get(`${process.env.BENCH_URL}/v1/apps/secrets/find?name=token&scope[type]=account&expand[]=payload`, {
  headers: { authorization: 'Bearer sk_test_bench' },
}).on('response', async (response) => {
  let text = '';
  for await (const chunk of response) text += chunk;
  process.stdout.write(JSON.parse(text).payload);
});
