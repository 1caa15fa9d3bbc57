// SPDX-License-Identifier: Apache-2.0
// A person's picture: the house hands it out as a small JPEG of its own making, which is asked for once and kept while the app
// runs; and the way by which a file of this computer becomes what the house takes. Thread: UI.
#pragma once

#include <QCache>
#include <QImage>
#include <QQuickPaintedItem>
#include <QtQml/qqmlregistration.h>

#include "ui/models/house_model.h"

namespace parlour::ui {

/// Draws the picture over an avatar once it is there; nothing before, and nothing when there is none.
class Portrait : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString identity MEMBER m_identity NOTIFY wanted)
    Q_PROPERTY(double stamp MEMBER m_stamp NOTIFY wanted)       ///< api::Profile::pictureMs; 0 = no picture
    Q_PROPERTY(QString file MEMBER m_file NOTIFY wanted)        ///< of this computer, instead of the house's
    Q_PROPERTY(double corner MEMBER m_corner NOTIFY cornerChanged)
    Q_PROPERTY(bool shown READ shown NOTIFY shownChanged)
  public:
    explicit Portrait(QQuickItem* parent = nullptr);
    bool shown() const { return !m_image.isNull(); }
    void paint(QPainter* painter) override;
    void componentComplete() override;

  signals:
    void wanted();
    void cornerChanged();
    void shownChanged();

  private:
    void ask();
    void put(QImage image);

    QString m_identity;
    QString m_file;
    double m_stamp = 0;
    double m_corner = 0.3;   ///< of the side
    QImage m_image;
    int m_round = 0;
};

/// A picture file as profile/picture takes it. One that is too large for the house is made smaller here.
class PictureFile : public QObject {
    Q_OBJECT
    QML_ELEMENT
  public:
    using QObject::QObject;
    /// {data} in base64url, or {problem} in words.
    Q_INVOKABLE QVariantMap read(const QString& path) const;
};

}  // namespace parlour::ui
