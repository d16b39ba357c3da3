/** An element of the page by its id. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`the page has no ${type.name} ${id}`);
  }
  return found;
}

const digits = new Intl.NumberFormat('en');

export const number = (value: number): string => digits.format(value);
export const seconds = (milliseconds: number): string => (milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`);
export const decibels = (value: number): string => (value === Infinity ? 'the same' : `${value.toFixed(2)} dB`);

/** Fills the table: a row a figure, its name first. */
export function fillTable(body: HTMLTableSectionElement, rows: readonly (readonly string[])[]): void {
  body.replaceChildren(
    ...rows.map(([name, ...values]) => {
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = name ?? '';
      row.append(
        head,
        ...values.map((value) => {
          const cell = document.createElement('td');
          cell.textContent = value;
          return cell;
        }),
      );
      return row;
    }),
  );
}
