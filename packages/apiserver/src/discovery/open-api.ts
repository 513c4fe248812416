import { type ApiRequest, type ApiResponse, notServed } from '@drover/api';
import { json } from '../request/response.js';

/** The schemas of everything served. */
export class OpenApi {
  v2(_request: ApiRequest): ApiResponse {
    throw notServed();
  }
  v3Index(_request: ApiRequest): ApiResponse {
    return json(200, { paths: {} });
  }
  v3Group(_request: ApiRequest, _path: string): ApiResponse {
    throw notServed();
  }
}
