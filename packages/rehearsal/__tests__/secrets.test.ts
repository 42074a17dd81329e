import { spellings } from "../src/checks/secrets";

test("a secret is found in every encoding", () => {
  const secret = "pä ss/word+1";
  for (const before of ["", "a", "ab", "abc", "postgresql://u:"])
    for (const behind of ["", "@", "@h", "@host"]) {
      const text = Buffer.from(before + secret + behind).toString("base64");
      expect(spellings(secret).some((spelling) => text.includes(spelling))).toBe(true);
      expect(spellings("another/word").some((spelling) => text.includes(spelling))).toBe(false);
    }
  expect(spellings(secret)).toEqual(expect.arrayContaining([secret, encodeURIComponent(secret)]));
  expect(spellings('a"b')).toContain('a\\"b');
});
