import { type Markup, markup } from '../simulator/html.ts';

/** The fields of a card; only the number decides anything. */
export function cardFields(): Markup {
  return markup`<label for="number">Card number</label>
    <input id="number" name="number" inputmode="numeric" autocomplete="cc-number" required placeholder="4242 4242 4242 4242"
      aria-describedby="cards">
    <div class="two">
      <div><label for="expiry">Expiry</label><input id="expiry" name="expiry" autocomplete="cc-exp" value="12 / 34"></div>
      <div><label for="cvc">CVC</label><input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" value="123"></div>
    </div>
    <details id="cards"><summary>Test cards</summary><ul>
      <li>4242 4242 4242 4242 pays</li>
      <li>4000 0000 0000 0002 is declined</li>
      <li>4000 0000 0000 9995 has insufficient funds</li>
      <li>4000 0025 0000 3155 asks the bank once</li>
      <li>4000 0027 6000 3184 asks the bank each time, so that renewals fail</li>
      <li>4000 0000 0000 0341 pays now, and every renewal fails</li>
    </ul></details>`;
}

/** The digits of the card number in a form. */
export const digits = (form: URLSearchParams) => (form.get('number') ?? '').replaceAll(/\D/g, '');

/** What went wrong, said aloud. */
export const problemText = (problem: string | undefined) => (problem === undefined ? '' : markup`<p role="alert">${problem}</p>`);
