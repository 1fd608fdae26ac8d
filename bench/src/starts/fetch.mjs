const response = await fetch(
  `${process.env.BENCH_URL}/v1/apps/secrets/find?name=token&scope[type]=account&expand[]=payload`,
  { headers: { authorization: 'Bearer sk_test_bench' } },
);
process.stdout.write((await response.json()).payload);
