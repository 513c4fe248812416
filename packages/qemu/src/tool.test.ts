import { describe, expect, it } from 'vitest';
import { runTool, ToolError } from './tool.js';

const sh = (script: string, options = {}): Promise<string> => runTool('/bin/sh', ['-c', script], options);

describe('a program we run', () => {
  it('answers what it prints, and sees nothing of our environment', async () => {
    expect(await sh('env | grep -v "^PWD\\|^_\\|^SHLVL\\|^OLDPWD"')).toBe('LC_ALL=C\n');
  });

  it('fails with its own words and its exit code', async () => {
    const failed = sh('echo no such image >&2; exit 2');
    await expect(failed).rejects.toThrow(/no such image$/);
    await expect(failed).rejects.toMatchObject({ exit: { code: 2 } });
  });

  it('may answer by an exit code that the caller knows', async () => {
    expect(await sh('echo leaks; exit 3', { answers: [3] })).toBe('leaks\n');
  });

  it('is killed when it takes too long', async () => {
    await expect(sh('exec sleep 60', { timeoutMs: 20 })).rejects.toMatchObject({ exit: { signal: 'SIGKILL' } });
  });

  it('is killed when it says too much', async () => {
    await expect(sh('exec yes')).rejects.toThrow('said more than');
  });

  it('is killed when the caller gives up', async () => {
    await expect(sh('exec sleep 60', { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });

  it('is told when it does not exist', async () => {
    await expect(runTool('/nowhere', [])).rejects.toThrow('ENOENT');
    await expect(sh('exit 1')).rejects.toThrow(ToolError);
  });
});
