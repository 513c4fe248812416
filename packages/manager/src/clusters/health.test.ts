import { describe, expect, it } from 'vitest';
import { healthOf, type Link } from './health.js';

const NOW = Date.parse('2030-01-01T00:01:00Z');
const link: Link = {
  internal: false,
  registered: false,
  connected: false,
  lostAt: undefined,
  fetched: undefined,
  probe: undefined,
  rights: undefined,
  repair: undefined,
  repairedBefore: undefined,
  kept: 0,
  endpoint: undefined,
  serverUrl: 'https://drover.example',
  agentImage: 'drover:v1',
  now: NOW,
};
const of = (facts: Partial<Link>, type: string) =>
  healthOf({ ...link, ...facts }).conditions.find((each) => each.type === type);

describe('a cluster says what it waits for', () => {
  it('first: that somebody uses the registration URL', () => {
    expect(of({}, 'Connected')).toMatchObject({ status: 'False', reason: 'WaitingForRegistration' });
    expect(of({}, 'Connected')?.message).toContain('cluster-registration-url');
  });

  it('then: that the agent starts, naming who fetched the manifest and when', () => {
    const fetched = { at: NOW - 10_000, by: '10.0.0.5' };
    expect(of({ fetched }, 'Connected')).toMatchObject({ reason: 'WaitingForAgent' });
    expect(of({ fetched }, 'Connected')?.message).toContain('at 2030-01-01T00:00:50Z by 10.0.0.5');
  });

  it('looks again when half a minute is over, and then names what probably stalls', () => {
    expect(healthOf({ ...link, fetched: { at: NOW - 10_000, by: 'x' } }).againMs).toBe(20_000);
    const stalled = of({ fetched: { at: NOW - 30_000, by: 'x' } }, 'Connected');
    expect(stalled?.reason).toBe('AgentNotConnecting');
    for (const word of ['drover:v1', 'certificate', 'https://drover.example', 'cattle-cluster-agent']) {
      expect(stalled?.message).toContain(word);
    }
  });

  it('when connected: that its API answers, and why it does not', () => {
    const connected = { registered: true, connected: true, endpoint: 'https://10.53.0.1:443' };
    expect(of(connected, 'Connected')).toEqual({ type: 'Connected', status: 'True' });
    expect(of(connected, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'Probing' });
    const refused = { ...connected, probe: { ok: false, error: 'connection refused' } as const };
    expect(of(refused, 'Ready')?.message).toMatch(/10\.53\.0\.1:443 is not ready: connection refused/);
  });

  it('when its API answers: that users have their rights in it, so that Ready means usable', () => {
    const answers = { registered: true, connected: true, probe: { ok: true } as const };
    expect(of(answers, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'GivingRights' });
    expect(of({ ...answers, rights: { ok: false, error: 'forbidden' } }, 'Ready')?.message).toMatch(
      /cannot be given .*: forbidden$/,
    );
    expect(of({ ...answers, rights: { ok: true } }, 'Ready')).toEqual({ type: 'Ready', status: 'True' });
    expect(of({ ...answers, rights: { ok: true } }, 'GlobalAdminsSynced')).toMatchObject({ status: 'True' });
  });

  it('whether rights in it are those that were given: what was put right last, over a restart too', () => {
    const answers = { registered: true, connected: true, probe: { ok: true }, rights: { ok: true } } as const;
    expect(of(answers, 'RightsInSync')).toEqual({ type: 'RightsInSync', status: 'True' });
    const first = [{ done: 'updated', kind: 'RoleBinding', namespace: 'blue', name: 'rb-abc' }] as const;
    expect(of({ ...answers, repair: { at: NOW, count: 3, first } }, 'RightsInSync')).toEqual({
      type: 'RightsInSync',
      status: 'True',
      reason: 'Repaired',
      message:
        'At 2030-01-01T00:01:00Z 3 objects of RBAC that somebody had changed in the cluster were put right: RoleBinding blue/rb-abc changed back, and 2 more',
    });
    expect(of({ ...answers, repairedBefore: 'At …' }, 'RightsInSync')).toMatchObject({ message: 'At …' });
  });

  it('loudly, when it refuses to take rights away, and what is refused meanwhile', () => {
    const rights = { ok: false, error: 'denied by a policy' } as const;
    const condition = of({ registered: true, connected: true, rights, kept: 2 }, 'RightsInSync');
    expect(condition).toMatchObject({ status: 'False', reason: 'RightsNotTaken' });
    expect(condition?.message).toContain(
      'denied by a policy. 2 users and groups keep rights there that were taken away here: their requests to the cluster are refused',
    );
  });

  it('when lost: since when', () => {
    const lost = { registered: true, lostAt: '2030-01-01T00:00:30Z' };
    expect(of(lost, 'Connected')?.message).toContain('since 2030-01-01T00:00:30Z');
    expect(of(lost, 'Ready')).toMatchObject({ status: 'False', reason: 'Disconnected' });
    expect(of(lost, 'AgentDeployed')).toMatchObject({ status: 'True' });
  });
});

it('the cluster this server runs on needs no agent', () => {
  expect(of({ internal: true, probe: { ok: true } }, 'Ready')).toEqual({ type: 'Ready', status: 'True' });
});
