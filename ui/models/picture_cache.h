// SPDX-License-Identifier: Apache-2.0
// Pictures of people as the houses gave them out: each is asked for once, few at a time, the newest wish first, and not at all
// when nobody waits for it any more. Bounded; what is pushed out is asked for again. Thread: UI.
#pragma once

#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>
#include <QPointer>
#include <QSet>
#include <QString>
#include <functional>
#include <vector>

#include "ui/models/house_model.h"

namespace parlour::ui {

/// A picture file in any of the three formats, not larger than `side`; null when it is none.
QImage decodedPicture(const QByteArray& bytes, int side, QSize* whole = nullptr);
/// By its first bytes, whatever the file is called: "png", "jpeg", "webp" or nullptr.
const char* pictureKind(const QByteArray& bytes);

class PictureCache : public QObject {
    Q_OBJECT
  public:
    static constexpr int kMostKib = 32 * 1024;   ///< of what is kept: some 128 pictures of 256 x 256
    static constexpr int kAtOnce = 4;            ///< requests
    static constexpr int kMostRefused = 4096;    ///< those of whom a house gives no picture, remembered

    static PictureCache& ofApp();
    static QString keyOf(const HouseModel& house, const QString& identity, double stamp);
    /// Null when it is not there.
    QImage find(const QString& key) const;
    /// `done` comes once, unless there is no picture or `who` is gone by then.
    void want(HouseModel& house, const QString& identity, const QString& key, QObject* who, std::function<void(const QImage&)> done);

  private:
    struct Waiting {
        QPointer<QObject> who;
        std::function<void(const QImage&)> done;
    };
    struct Wish {
        QPointer<HouseModel> house;
        QString identity;
        std::vector<Waiting> waiting;
        bool asked = false;
    };
    void next();
    void ask(const QString& key, Wish& wish);
    void arrived(const QString& key, const base::Result<QVariantMap>& answer);

    QCache<QString, QImage> m_pictures{kMostKib};
    QSet<QString> m_refused;
    QHash<QString, Wish> m_wishes;
    std::vector<QString> m_line;   ///< the newest at the end
    int m_asking = 0;
};

}  // namespace parlour::ui
