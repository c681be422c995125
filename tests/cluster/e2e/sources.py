"""Where the revision files come from, and the other database: ConfigMap, image volume, claim, SQLite on a claim."""

import shop as images
import story
from patience import eventually
from whole_cluster import POD_SECURITY, RESTRICTED, claim

FILES = images.IMAGES["localhost/shop:2"]


class Sources(story.Told):
    def test_a_config_map(self):
        shop = self.tell("map")
        shop.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "files-2"}, "data": FILES})
        shop.migrate("localhost/migrator:dev", source={"type": "ConfigMap", "configMap": {"name": "files-2"}})
        self.assertEqual(shop.until_ready()["currentRevisions"], ["c3"])

    def test_an_image_volume_and_the_charts_own_migrator(self):
        shop = self.tell("volume")
        shop.apply({"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": "shop"}, "spec": {
            "source": {"type": "ImageVolume", "imageVolume": {"reference": "localhost/shop-files:2", "pullPolicy": "IfNotPresent", "path": "migrations"}},
            "database": {"urlFrom": {"secretKeyRef": {"name": "shop-db", "key": "uri"}}}, "backup": {"policy": "Never"}, "downgrade": "Deny"}})
        self.assertEqual(shop.until_ready()["currentRevisions"], ["c3"])

    def test_a_claim(self):
        shop = self.tell("claim")
        shop.apply(claim("files"), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "files"}, "data": FILES},
                   {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fills"}, "spec": {
                       "restartPolicy": "Never", "securityContext": POD_SECURITY, "containers": [
                           {"name": "fills", "image": "localhost/busybox:1", "securityContext": RESTRICTED,
                            "command": ["sh", "-ec", "mkdir /to/release; cp /from/*.sql /to/release/"],
                            "volumeMounts": [{"name": "from", "mountPath": "/from"}, {"name": "to", "mountPath": "/to"}]}],
                       "volumes": [{"name": "from", "configMap": {"name": "files"}},
                                   {"name": "to", "persistentVolumeClaim": {"claimName": "files"}}]}})
        eventually(lambda: shop.get("pod", "fills")["status"]["phase"] == "Succeeded", why=shop.describe)
        shop.migrate("localhost/migrator:dev", source={"type": "PersistentVolumeClaim",
                                                       "persistentVolumeClaim": {"claimName": "files", "path": "release"}})
        self.assertEqual(shop.until_ready()["currentRevisions"], ["c3"])

    def test_sqlite_on_a_claim_up_and_back(self):
        shop = self.tell("sqlite")
        shop.apply(claim("shop-data"))
        shop.migrate("localhost/shop:2", target="c3", database={
            "type": "SQLite", "sqlite": {"volume": {"persistentVolumeClaim": {"claimName": "shop-data"}}, "path": "shop.db"}})
        status = shop.until_ready()
        self.assertEqual(status["currentRevisions"], ["c3"])
        shop.patch(target="a1", runner={"image": "localhost/shop:1"})
        status = shop.until_ready()
        self.assertEqual(status["currentRevisions"], ["a1"])
        self.assertTrue(status["lastBackup"]["verified"])
