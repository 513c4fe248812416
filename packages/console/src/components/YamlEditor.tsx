import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { tags } from '@lezer/highlight';
import { basicSetup, EditorView } from 'codemirror';
import { type ReactElement, useEffect, useRef } from 'react';
import { parseDocument } from 'yaml';

/** Classes instead of colours: the style sheet colours them from the theme's tokens. */
const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: 'drover-yaml-key' },
  { tag: [tags.string, tags.special(tags.string)], class: 'drover-yaml-text' },
  { tag: [tags.comment, tags.lineComment, tags.meta], class: 'drover-yaml-note' },
]);

/** A YAML text to read or to edit, with what is wrong with it marked where it is. */
export function YamlEditor({
  value,
  onChange,
  label,
  height = '30rem',
}: {
  value: string;
  /** Absent: the text can only be read. */
  onChange?: (value: string) => void;
  label: string;
  height?: string;
}): ReactElement {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const readOnly = onChange === undefined;
  const first = useRef(value);

  useEffect(() => {
    if (holder.current === null) return;
    const editor = new EditorView({
      parent: holder.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          basicSetup,
          yaml(),
          syntaxHighlighting(HIGHLIGHT),
          linter(faults),
          lintGutter(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorState.readOnly.of(readOnly),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [label, readOnly]);

  useEffect(() => {
    first.current = value;
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={holder} className="drover-editor" style={{ height }} />;
}

function faults(view: EditorView): Diagnostic[] {
  const length = view.state.doc.length;
  return parseDocument(view.state.doc.toString()).errors.map(({ pos: [from, to], message }) => ({
    from: Math.min(from, length),
    to: Math.min(Math.max(to, from), length),
    severity: 'error',
    message: message.split('\n')[0] ?? message,
  }));
}
