import {
  MenuToggle,
  Select,
  SelectList,
  SelectOption,
  TextInputGroup,
  TextInputGroupMain,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useState } from 'react';
import { useServices } from '../app/services.js';
import { problemOf } from '../components/problem.js';
import { useText } from '../i18n/text.js';
import { type Principal, searchPrincipals } from './principal.js';

/** Whoever types fast is asked for once. */
const PAUSE_MS = 200;

/** Finds people by name, to choose one. */
export function PrincipalSearch({
  id,
  label,
  chosen,
  onChoose,
}: {
  id: string;
  label: string;
  chosen: Principal | undefined;
  onChoose: (principal: Principal | undefined) => void;
}): ReactElement {
  const text = useText();
  const { http, clock } = useServices();
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const timer = clock.after(PAUSE_MS, () => setAsked(words.trim()));
    return () => timer[Symbol.dispose]();
  }, [clock, words]);
  const {
    data: found = [],
    isFetching,
    error,
  } = useQuery({
    queryKey: ['principals', asked],
    queryFn: () => searchPrincipals(http, asked),
    enabled: asked !== '',
    retry: false,
  });
  const say = (sentence: string): ReactElement => <SelectOption isDisabled>{sentence}</SelectOption>;
  const answer = (): ReactElement | ReactElement[] => {
    if (error !== null) {
      const { reason } = problemOf(error);
      return say(typeof reason === 'string' ? reason : text(reason));
    }
    if (words.trim() === '') return say(text('member.type'));
    if (isFetching || asked !== words.trim()) return say(text('table.loading'));
    if (found.length === 0) return say(text('member.nobody', { name: asked }));
    return found.map((principal) => (
      <SelectOption
        key={principal.id}
        value={principal.id}
        isSelected={principal.id === chosen?.id}
        description={principal.loginName}
      >
        {principal.name}
      </SelectOption>
    ));
  };
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      variant="typeahead"
      shouldFocusFirstItemOnOpen={false}
      onSelect={(_event, value) => {
        const principal = found.find((each) => each.id === value);
        if (principal === undefined) return;
        onChoose(principal);
        setWords(principal.name);
        setOpen(false);
      }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="typeahead"
          isExpanded={open}
          isFullWidth
          onClick={() => setOpen(!open)}
          aria-label={text('member.open')}
        >
          <TextInputGroup isPlain>
            <TextInputGroupMain
              inputId={id}
              aria-label={label}
              value={words}
              placeholder={text('member.type')}
              autoComplete="off"
              role="combobox"
              isExpanded={open}
              aria-controls={`${id}-found`}
              onClick={() => setOpen(true)}
              onChange={(_event, next) => {
                setWords(next);
                setOpen(true);
                if (chosen !== undefined) onChoose(undefined);
              }}
              onKeyDown={(event) => {
                const [first] = found;
                if (event.key !== 'Enter' || !open || first === undefined || found.length !== 1) return;
                event.preventDefault();
                onChoose(first);
                setWords(first.name);
                setOpen(false);
              }}
            />
          </TextInputGroup>
        </MenuToggle>
      )}
    >
      <SelectList id={`${id}-found`}>{answer()}</SelectList>
    </Select>
  );
}
