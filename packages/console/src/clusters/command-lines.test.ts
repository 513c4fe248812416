import { describe, expect, it } from 'vitest';
import { airGapCommands, settingCommand } from './command-lines.js';

describe('the lines to copy', () => {
  it('put the URL into the setting as JSON', () => {
    const line = settingCommand('https://manager/v3/import/abc_c-m-1.yaml');
    expect(JSON.parse(/'(.*)'/.exec(line)?.[1] ?? '')).toEqual({ value: 'https://manager/v3/import/abc_c-m-1.yaml' });
  });

  it('name the same file for saving and importing', () => {
    const lines = airGapCommands('registry.example/drover:v0.1.0');
    expect(lines.match(/registry\.example-drover-v0\.1\.0\.tar/g)).toHaveLength(2);
    expect(lines).toContain('grep drover');
  });
});
