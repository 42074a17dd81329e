import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

type Colour = Extract<Parameters<typeof styleText>[0], string>;

/** Text in a colour, if a person watches the stream and wants colours (NO_COLOR). {@link https://no-color.org} */
export const coloured = (colour: Colour, text: string, { isTTY, hasColors }: WriteStream): string =>
  isTTY && hasColors() ? styleText(colour, text) : text;

/** Lines for a person or a log. On a terminal, the last line says what is being done, until the next one replaces it. */
export function printer(out: WriteStream) {
  const clear = out.isTTY ? "\r\x1b[K" : "";
  return {
    say: (text: string) => void out.write(`${clear}${text}\n`),
    doing(what: string): void {
      if (out.isTTY) out.write(`${clear}     ${what.slice(0, (out.columns || 80) - 6)}`);
    },
    done: () => void out.write(clear),
    passed: coloured("green", "ok  ", out),
    failed: coloured("red", "FAIL", out),
  };
}
