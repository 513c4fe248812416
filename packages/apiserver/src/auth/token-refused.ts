/** A bearer token that does not hold. Only who reviews a token is told why; its bearer is told "Unauthorized". */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}
