import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { en } from './en.js';
import type { Message, MessageKey } from './message.js';

/** Loads the resource files. English is in the first bundle; React escapes what is put into texts. */
export async function loadTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: 'en',
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
}

/** Puts texts into the reader's language. */
export interface Text {
  (key: MessageKey, values?: Message['values']): string;
  (message: Message): string;
}

/** The texts of the reader's language, for a component. */
export function useText(): Text {
  const { t } = useTranslation();
  return (keyOrMessage: MessageKey | Message, values?: Message['values']): string => {
    const { key, values: own } = typeof keyOrMessage === 'string' ? { key: keyOrMessage, values } : keyOrMessage;
    return own === undefined ? t(key) : t(key, own);
  };
}
