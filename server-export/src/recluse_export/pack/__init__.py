"""The pack: a folder of static files with content-hashed names and one manifest; see
``docs/pack.schema.json``."""

from recluse_export.pack.delta import write_delta
from recluse_export.pack.read import read_pack
from recluse_export.pack.verify import verify_pack
from recluse_export.pack.write import check_output_folder, write_pack

__all__ = ["check_output_folder", "read_pack", "verify_pack", "write_delta", "write_pack"]
