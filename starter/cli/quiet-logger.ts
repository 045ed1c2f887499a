import { loggerTo } from '../../common/logger.ts';

/** For commands that tell what they did in words of their own; what went wrong goes to stderr. */
export const quietLogger = loggerTo('warn', {}, (line) => process.stderr.write(line));
