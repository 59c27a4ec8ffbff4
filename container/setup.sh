#!/bin/bash
# Yours: whatever the agents' image needs beyond the standard. Runs as root, once, at the end of each image build
# (bash -euo pipefail); the image is rebuilt when this file changes. For example:
#
#   apt-get update && apt-get install -y --no-install-recommends postgresql-client
#   npm install --global typescript
