/** A number or a text such as "80%": which one, its field's rules say (util/intstr IntOrString). */
export type IntOrString = number | string;

/** An amount such as "500m", "2Gi" or 4. Servers answer with text; people also write plain numbers. */
export type Quantity = number | string;
