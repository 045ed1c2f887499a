export { findMosquitto, type Mosquitto, startMosquitto } from '../../sandbox/broker/start-mosquitto.ts';
