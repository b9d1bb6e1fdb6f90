/** The version that package.json has; a test keeps them equal. */
export const version: string = '0.1.0'
