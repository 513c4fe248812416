import { Alert, Checkbox, FormGroup } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { YamlEditor } from '../../components/YamlEditor.js';
import { useText } from '../../i18n/text.js';
import { cloudConfigFault, installsAgent, withAgent } from './cloud-config.js';
import type { CloudInit } from './objects.js';

/** What cloud-init does at the first start. */
export function CloudConfigTab({
  cloudInit,
  onChange,
}: {
  cloudInit: CloudInit;
  onChange: (cloudInit: CloudInit) => void;
}): ReactElement {
  const text = useText();
  const fault = cloudConfigFault(cloudInit.userData);
  return (
    <>
      <Checkbox
        id="guest-agent"
        label={text('cloud.agent')}
        description={text('cloud.agentHint')}
        isChecked={installsAgent(cloudInit.userData)}
        isDisabled={fault !== undefined}
        onChange={(_event, on) => onChange({ ...cloudInit, userData: withAgent(cloudInit.userData, on) })}
      />
      {fault !== undefined && <Alert isInline isPlain variant="warning" title={text('cloud.broken', { why: fault })} />}
      <FormGroup label={text('cloud.userData')} className="drover-gap">
        <YamlEditor
          label={text('cloud.userData')}
          height="18rem"
          value={cloudInit.userData}
          onChange={(userData) => onChange({ ...cloudInit, userData })}
        />
      </FormGroup>
      <FormGroup label={text('cloud.networkData')} className="drover-gap">
        <YamlEditor
          label={text('cloud.networkData')}
          height="10rem"
          value={cloudInit.networkData}
          onChange={(networkData) => onChange({ ...cloudInit, networkData })}
        />
      </FormGroup>
    </>
  );
}
