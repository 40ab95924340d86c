// A line per check, as the scripts beside this one print them.
let failures = 0;

export function check(what, got, wanted) {
  const passed = JSON.stringify(got) === JSON.stringify(wanted);
  const difference = `got ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`;
  console.log(passed ? `ok: ${what}` : `FAILED: ${what}: ${difference}`);
  failures += passed ? 0 : 1;
}

export function finish() {
  process.exit(failures > 0 ? 1 : 0);
}
