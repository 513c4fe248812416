import Database from 'libsql';

/** A statement that is about to run, or has run: its number since the file was opened, from 1, and its text. */
export interface Statement {
  readonly when: 'before' | 'after';
  readonly number: number;
  readonly sql: string;
}

/** For fault tests: opens SQLite so that `seen` is called, and waited for, around each statement that runs. */
export function openSeen(seen: (statement: Statement) => void): (file: string) => Database.Database {
  let number = 0;
  const run = <T>(sql: string, act: () => T): T => {
    number += 1;
    const statement = { number, sql };
    seen({ when: 'before', ...statement });
    const result = act();
    seen({ when: 'after', ...statement });
    return result;
  };
  return (file) => {
    const db = new Database(file);
    return wrap(db, {
      exec: (sql: string) => run(sql, () => db.exec(sql)),
      prepare: (sql: string) => seenStatement(db.prepare(sql), (act) => run(sql, act)),
    });
  };
}

function seenStatement(statement: Database.Statement, run: <T>(act: () => T) => T): Database.Statement {
  return wrap(statement, {
    raw: () => seenStatement(statement.raw(), run),
    run: (...values: unknown[]) => run(() => statement.run(...values)),
    get: (...values: unknown[]) => run(() => statement.get(...values)),
    all: (...values: unknown[]) => run(() => statement.all(...values)),
  });
}

/** `target` with some of its methods replaced. */
function wrap<T extends object>(target: T, methods: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const replaced = typeof name === 'string' ? methods[name] : undefined;
      if (replaced !== undefined) return replaced;
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}
