import * as wire from '../../generated/points.js';
import { countPoints, retrievePoints, scrollPoints, updateBatch, updatePoints } from '../operations/points.ts';
import { message, type Method, unary } from './method.ts';
import {
  changeRequest,
  clearPayloadOf,
  deletePayloadOf,
  deletePointsOf,
  deleteVectorsOf,
  overwritePayloadOf,
  setPayloadOf,
} from './parse/changes.ts';
import { countPointsOf, getPointsOf, scrollPointsOf } from './parse/reads.ts';
import type { PointParser } from './point-parser.ts';
import { renderCount, renderRetrieved, renderScrollPage } from './render/reads.ts';
import { renderUpdate, renderUpdates } from './render/updates.ts';

const SERVICE = '/qdrant.Points';

/** The methods of `Points` that change points, or give them as they are. */
export function pointMethods(points: PointParser): readonly Method[] {
  const setPayload = message(wire.SetPayloadPoints, changeRequest(setPayloadOf));
  const overwritePayload = message(wire.SetPayloadPoints, changeRequest(overwritePayloadOf));
  const deletePayload = message(wire.DeletePayloadPoints, changeRequest(deletePayloadOf));
  const clearPayload = message(wire.ClearPayloadPoints, changeRequest(clearPayloadOf));
  const deletePoints = message(wire.DeletePoints, changeRequest(deletePointsOf));
  const deleteVectors = message(wire.DeletePointVectors, changeRequest(deleteVectorsOf));
  return [
    unary(`${SERVICE}/Upsert`, points.parse('upsert'), updatePoints, renderUpdate),
    unary(`${SERVICE}/UpdateVectors`, points.parse('updateVectors'), updatePoints, renderUpdate),
    unary(`${SERVICE}/UpdateBatch`, points.parse('updateBatch'), updateBatch, renderUpdates),
    unary(`${SERVICE}/Delete`, deletePoints, updatePoints, renderUpdate),
    unary(`${SERVICE}/DeleteVectors`, deleteVectors, updatePoints, renderUpdate),
    unary(`${SERVICE}/SetPayload`, setPayload, updatePoints, renderUpdate),
    unary(`${SERVICE}/OverwritePayload`, overwritePayload, updatePoints, renderUpdate),
    unary(`${SERVICE}/DeletePayload`, deletePayload, updatePoints, renderUpdate),
    unary(`${SERVICE}/ClearPayload`, clearPayload, updatePoints, renderUpdate),
    unary(`${SERVICE}/Get`, message(wire.GetPoints, getPointsOf), retrievePoints, renderRetrieved),
    unary(`${SERVICE}/Scroll`, message(wire.ScrollPoints, scrollPointsOf), scrollPoints, renderScrollPage),
    unary(`${SERVICE}/Count`, message(wire.CountPoints, countPointsOf), countPoints, renderCount),
  ];
}
