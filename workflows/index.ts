export { check } from './check.ts';
export { deliver } from './deliver.ts';
export { ensureSiteWatch } from './ensure-site-watch.ts';
export { notify } from './notify.ts';
export { promotion } from './promotion.ts';
export { siteWatch } from './site-watch.ts';
export { sweepStaging } from './sweep-staging.ts';
