// SPDX-License-Identifier: Apache-2.0
// Where the sound of this house is: '' = here. A house on LiveKit serves LiveKit's address in place of this file (../invitation_page.cpp).
export const SOUND = '';
