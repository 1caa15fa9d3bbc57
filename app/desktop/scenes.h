// SPDX-License-Identifier: Apache-2.0
// What `--offline SCENE` shows: the state behind a screenshot or a test of a page.
#pragma once

#include <QString>

namespace parlour::ui {
class AppModel;
class OfflineClient;
class Preferences;
}  // namespace parlour::ui

namespace parlour::desktop {

void prepareScene(ui::AppModel& app, ui::Preferences& preferences, ui::OfflineClient& client, const QString& scene);

}  // namespace parlour::desktop
