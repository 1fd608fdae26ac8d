export { type NodeFetchOptions, nodeFetch } from '@secretkit/http/node';
export { type KubernetesOptions, kubernetes } from './kubernetes.js';
export { textFile } from './text-file.js';
