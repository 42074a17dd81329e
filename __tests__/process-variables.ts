/** The variables that change what the program does. Tests set those that they need, so that they pass in CI and at a terminal. */
const OURS = /^(ALLOW_DESTROY|CHARTS_MIRROR|CI|SYSTEM|STACK_TRACES|CDKTF_.*|TF_LOG.*|TERRAFORM_BINARY_NAME)$/;
for (const name of Object.keys(process.env).filter((each) => OURS.test(each))) delete process.env[name];
