// jest.config.js
module.exports = {
  transform: { '^.+\\.[tj]s$': 'ts-jest' },
  transformIgnorePatterns: ['node_modules/(?!.*(@secretkit|p-retry|is-network-error)/)'],
};
