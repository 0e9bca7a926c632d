/** Has the AWS SDK say nothing of later versions of Node: the bundle holds a version that runs here, and that is nobody's concern who runs this. */
export function quietSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
