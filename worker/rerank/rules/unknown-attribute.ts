import { RecluseError } from '../../../src/contract.ts';
import type { Pack } from '../../pack/pack.ts';
import { attributeNames } from '../columns.ts';

/** @throws RecluseError `catalogue-missing` where the attribute may be in a catalogue that is not here, else `invalid-argument` */
export function unknownAttribute(name: string, field: string, pack: Pack): never {
  if (!pack.catalogue)
    throw new RecluseError('catalogue-missing', `${field} needs the pack's catalogue, which is not loaded.`, {
      field,
    });
  throw new RecluseError(
    'invalid-argument',
    `The pack has no attribute ${name} for ${field}; it has ${attributeNames(pack).join(', ')}.`,
    { field },
  );
}
