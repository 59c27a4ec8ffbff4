#!/bin/bash
# Yours: whatever the agents' image needs beyond the standard. Runs as root, once, at the end of each image build
# (bash -euo pipefail); the image is rebuilt when this file changes. For example:
#
#   apt-get update && apt-get install -y --no-install-recommends postgresql-client
#   npm install --global typescript
#
# The ticket tool of the templates tk-*, which the full image has where it could be fetched, as you built it elsewhere:
#
#   curl -fsSL https://example.org/tk -o /usr/local/bin/tk && chmod 0755 /usr/local/bin/tk
