import {
  Button,
  Card,
  CardBody,
  CardHeader,
  CardTitle,
  Label,
  PageSection,
  Skeleton,
  Stack,
  StackItem,
} from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useState } from 'react';
import { Age } from '../components/Age.js';
import { Confirm } from '../components/Confirm.js';
import { Facts } from '../components/Facts.js';
import { Moment } from '../components/Moment.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { PlainTable } from '../components/PlainTable.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { useUser } from '../session/SessionGate.js';
import { ChangePassword } from './ChangePassword.js';
import { CreateKey } from './CreateKey.js';
import type { Token } from './token.js';
import { useTokenChanges, useTokens } from './tokens.js';
import { useClusterNames } from './useClusterNames.js';

/** As many as are shown: who has more looks with a program. */
const AT_MOST = 200;

type Dialog = 'password' | 'key' | 'everywhere' | { readonly end: Token };

/** The signed-in user's own page: who it is, its password, its keys, its sessions. */
export function AccountPage(): ReactElement {
  const text = useText();
  const user = useUser();
  const [dialog, setDialog] = useState<Dialog>();
  const close = (): void => setDialog(undefined);
  return (
    <>
      <PageHead
        title={text('account.title')}
        actions={
          <Button variant="secondary" onClick={() => setDialog('password')}>
            {text('password.action')}
          </Button>
        }
      />
      <PageSection hasBodyWrapper={false} isFilled className="drover-fill">
        <Stack hasGutter>
          <StackItem>
            <Card>
              <CardTitle component="h2">{text('account.about')}</CardTitle>
              <CardBody>
                <Facts
                  columns={2}
                  facts={[
                    ['signIn.username', user.username],
                    ['column.displayName', user.name],
                    ['user.id', <code key="id">{user.id}</code>],
                  ]}
                />
              </CardBody>
            </Card>
          </StackItem>
          <Tokens onDialog={setDialog} />
        </Stack>
      </PageSection>
      {dialog === 'password' && <ChangePassword user={user} onClose={close} />}
      {dialog === 'key' && <CreateKey onClose={close} />}
      {dialog === 'everywhere' && <SignOutEverywhere onClose={close} />}
      {typeof dialog === 'object' && <EndToken token={dialog.end} onClose={close} />}
    </>
  );
}

function Tokens({ onDialog }: { onDialog: (dialog: Dialog) => void }): ReactElement {
  const text = useText();
  const { data, error, refetch } = useTokens();
  const clusters = useClusterNames();
  if (data === undefined) {
    if (error === null) return <Skeleton screenreaderText={text('table.loading')} />;
    return <ProblemAlert what={message('account.failed')} error={error} onRetry={() => void refetch()} />;
  }
  const sessions = data.filter(({ kind }) => kind === 'session');
  const keys = data.filter(({ kind }) => kind !== 'session');
  const ending = (token: Token, word: string): ReactNode =>
    token.current ? null : (
      <Button
        variant="link"
        isInline
        isDanger
        aria-label={text('account.end', { what: word, name: token.description || token.id })}
        onClick={() => onDialog({ end: token })}
      >
        {word}
      </Button>
    );
  return (
    <>
      <StackItem>
        <Card>
          <CardHeader
            actions={{
              actions: (
                <Button variant="primary" onClick={() => onDialog('key')}>
                  {text('account.key.create')}
                </Button>
              ),
            }}
          >
            <CardTitle component="h2">{text('account.keys')}</CardTitle>
          </CardHeader>
          <CardBody>
            <PlainTable
              label={text('account.keys')}
              empty={text('account.key.none')}
              heads={[
                text('account.key.description'),
                text('account.key.kind'),
                text('account.key.scope'),
                text('column.age'),
                text('account.key.lastUsed'),
                text('account.key.expires'),
                text('table.actions'),
              ]}
              rows={keys.slice(0, AT_MOST).map((token) => ({
                key: token.id,
                cells: [
                  <Described key="what" token={token} />,
                  text(`account.kind.${token.kind}`),
                  token.cluster === undefined
                    ? text('account.key.everywhere')
                    : (clusters.get(token.cluster) ?? token.cluster),
                  <Age key="age" since={token.created} />,
                  <Age key="used" since={token.lastUsed} />,
                  <Expiry key="expiry" token={token} />,
                  ending(token, text('action.delete')),
                ],
              }))}
            />
            {keys.length > AT_MOST && text('account.more', { count: keys.length - AT_MOST })}
          </CardBody>
        </Card>
      </StackItem>
      <StackItem>
        <Card>
          <CardHeader
            actions={{
              actions: (
                <Button variant="secondary" onClick={() => onDialog('everywhere')}>
                  {text('account.everywhere')}
                </Button>
              ),
            }}
          >
            <CardTitle component="h2">{text('account.sessions')}</CardTitle>
          </CardHeader>
          <CardBody>
            <PlainTable
              label={text('account.sessions')}
              empty={text('account.noSessions')}
              heads={[
                text('account.session'),
                text('account.from'),
                text('account.signedIn'),
                text('account.lastSeen'),
                text('account.key.expires'),
                text('table.actions'),
              ]}
              rows={sessions.slice(0, AT_MOST).map((token) => ({
                key: token.id,
                cells: [
                  <Described key="what" token={token} />,
                  token.from ?? '–',
                  <Age key="age" since={token.created} />,
                  <Age key="seen" since={token.lastSeen ?? token.created} />,
                  <Expiry key="expiry" token={token} />,
                  ending(token, text('account.endSession')),
                ],
              }))}
            />
            {sessions.length > AT_MOST && text('account.more', { count: sessions.length - AT_MOST })}
          </CardBody>
        </Card>
      </StackItem>
    </>
  );
}

function Described({ token: { id, description, browser, current } }: { token: Token }): ReactElement {
  const text = useText();
  const named = browser ?? description;
  return (
    <>
      {named === '' ? <code>{id}</code> : named}
      {current && (
        <>
          {' '}
          <Label isCompact color="blue">
            {text('account.current')}
          </Label>
        </>
      )}
    </>
  );
}

function Expiry({ token: { ended, expires } }: { token: Token }): ReactElement {
  const text = useText();
  if (!ended && expires !== undefined) return <Moment at={expires} />;
  return <span>{text(ended ? 'account.ended' : 'account.never')}</span>;
}

function EndToken({ token, onClose }: { token: Token; onClose: () => void }): ReactElement {
  const text = useText();
  const notify = useNotify();
  const { end } = useTokenChanges();
  const session = token.kind === 'session';
  const name = token.description || token.id;
  const confirm = async (): Promise<void> => {
    try {
      await end(token.id);
      notify.done(message(session ? 'account.sessionEnded' : 'account.key.deleted', { name }));
    } catch (error) {
      notify.failed(message('account.endFailed', { name }), error);
    }
    onClose();
  };
  return (
    <Confirm
      title={text(session ? 'account.confirm.session' : 'account.confirm.key', { name })}
      action={text(session ? 'account.endSession' : 'action.delete')}
      onConfirm={confirm}
      onClose={onClose}
    >
      {text('account.confirm.what')}
    </Confirm>
  );
}

function SignOutEverywhere({ onClose }: { onClose: () => void }): ReactElement {
  const text = useText();
  const notify = useNotify();
  const { signOutEverywhere } = useTokenChanges();
  const confirm = async (): Promise<void> => {
    try {
      await signOutEverywhere();
    } catch (error) {
      notify.failed(message('account.everywhereFailed'), error);
      onClose();
    }
  };
  return (
    <Confirm
      title={text('account.confirm.everywhere')}
      action={text('account.everywhere')}
      onConfirm={confirm}
      onClose={onClose}
    >
      {text('account.confirm.everywhereWhat')}
    </Confirm>
  );
}
