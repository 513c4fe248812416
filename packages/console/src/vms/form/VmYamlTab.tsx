import type { VirtualMachine } from '@drover/api';
import { Alert } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { YamlEditor } from '../../components/YamlEditor.js';
import { yamlOf } from '../../components/yaml.js';
import type { Message } from '../../i18n/message.js';
import { useText } from '../../i18n/text.js';
import { parseVm } from './parse.js';

/** The machine as YAML. What is typed goes into the form as soon as it is a machine again. */
export function VmYamlTab({
  vm,
  onChange,
}: {
  vm: VirtualMachine;
  onChange: (vm: VirtualMachine) => void;
}): ReactElement {
  const text = useText();
  const [typed, setTyped] = useState<string>();
  const [fault, setFault] = useState<Message>();
  return (
    <>
      {fault && <Alert isInline isPlain variant="warning" title={text(fault)} />}
      <YamlEditor
        label={text('yaml.of', { name: vm.metadata.name ?? '' })}
        value={typed ?? yamlOf(vm)}
        onChange={(next) => {
          if (typed === undefined && next === yamlOf(vm)) return;
          setTyped(next);
          const parsed = parseVm(next);
          setFault(parsed.fault);
          if (parsed.vm) onChange(parsed.vm);
        }}
      />
    </>
  );
}
