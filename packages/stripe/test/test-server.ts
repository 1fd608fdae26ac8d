export {
  closedPort,
  type Handler,
  serve,
  serveRedirect,
  type TestServer,
} from '../../http/test/test-server.js';
