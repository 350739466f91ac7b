-- A store of version 1, as assetmap wrote it when that was the version: its tables as they were made, and a few rows.
-- Made once by that program itself, from a store of its own; never to be edited. The files beside it were
-- `basemap.1.pmtiles` (the bytes "4 assets") and an empty `store.lock`.
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10400;
BEGIN;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
    description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE asset (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	geom GEOMETRY,
	id TEXT NOT NULL,
	name TEXT,
	names TEXT,
	near TEXT,
	kind TEXT NOT NULL,
	category TEXT NOT NULL,
	description TEXT,
	address TEXT,
	website TEXT,
	opening_hours TEXT,
	opening_hours_normal TEXT,
	wheelchair TEXT,
	access TEXT,
	operator TEXT,
	audience TEXT NOT NULL,
	review TEXT NOT NULL,
	location_precision TEXT NOT NULL,
	part_of TEXT,
	source TEXT NOT NULL,
	source_id TEXT NOT NULL,
	licence TEXT NOT NULL,
	attribution TEXT,
	retrieved TEXT NOT NULL,
	data_date TEXT,
	tags TEXT,
	capacity REAL,
	extra TEXT,
	UNIQUE (id)
);
CREATE TABLE home (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	geom POINT,
	home TEXT NOT NULL,
	source TEXT,
	dwellings REAL,
	people REAL,
	people_low REAL,
	people_high REAL,
	edge_m REAL,
	c0_5 REAL,
	c0_5_low REAL,
	c0_5_high REAL,
	c6_12 REAL,
	c6_12_low REAL,
	c6_12_high REAL,
	y13_19 REAL,
	y13_19_low REAL,
	y13_19_high REAL,
	a20_66 REAL,
	a20_66_low REAL,
	a20_66_high REAL,
	s67 REAL,
	s67_low REAL,
	s67_high REAL,
	extra TEXT,
	UNIQUE (home)
);
CREATE TABLE boundary (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	geom GEOMETRY,
	role TEXT NOT NULL,
	name TEXT,
	UNIQUE (role)
);
CREATE TABLE population_area (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	geom GEOMETRY,
	area TEXT NOT NULL,
	total REAL,
	extra TEXT,
	UNIQUE (area)
);
CREATE TABLE address (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	geom POINT,
	address TEXT,
	street TEXT,
	number TEXT,
	postcode TEXT,
	city TEXT,
	extra TEXT
);
CREATE TABLE provenance (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source TEXT NOT NULL,
	title TEXT,
	licence TEXT,
	attribution TEXT,
	retrieved TEXT,
	data_date TEXT,
	url TEXT,
	sha256 TEXT,
	file TEXT,
	UNIQUE (source)
);
CREATE TABLE issue (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	source TEXT,
	asset TEXT,
	field TEXT,
	code TEXT,
	detail TEXT,
	message TEXT
);
CREATE TABLE setting (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	"key" TEXT NOT NULL,
	value TEXT,
	UNIQUE ("key")
);
CREATE TABLE schema_version (
	fid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	version INTEGER NOT NULL,
	program TEXT,
	applied_at TEXT
);
CREATE VIRTUAL TABLE "rtree_asset_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE VIRTUAL TABLE "rtree_home_geom" USING rtree(id, minx, maxx, miny, maxy);
INSERT INTO "gpkg_spatial_ref_sys" VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system');
INSERT INTO "gpkg_spatial_ref_sys" VALUES ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system');
INSERT INTO "gpkg_spatial_ref_sys" VALUES ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', 'longitude and latitude in degrees');
INSERT INTO "gpkg_contents" VALUES ('address', 'features', 'address', '', '2026-11-22T02:38:30.939Z', 11.001, 59.0, 11.001, 59.0, 4326);
INSERT INTO "gpkg_contents" VALUES ('asset', 'features', 'asset', '', '2026-11-22T02:38:30.939Z', 11.0, 59.0, 1.12000017166137695308e+01, 5.91000061035156250017e+01, 4326);
INSERT INTO "gpkg_contents" VALUES ('boundary', 'features', 'boundary', '', '2026-11-22T02:38:30.939Z', 10.8, 58.8, 14.1, 59.3, 4326);
INSERT INTO "gpkg_contents" VALUES ('home', 'features', 'home', '', '2026-11-22T02:38:30.939Z', 11.0, 59.0, 1.10020017623901367187e+01, 59.0, 4326);
INSERT INTO "gpkg_contents" VALUES ('issue', 'attributes', 'issue', '', '2026-11-22T02:38:30.152Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "gpkg_contents" VALUES ('population_area', 'features', 'population_area', '', '2026-11-22T02:38:30.939Z', NULL, NULL, NULL, NULL, 4326);
INSERT INTO "gpkg_contents" VALUES ('provenance', 'attributes', 'provenance', '', '2026-11-22T02:38:30.152Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "gpkg_contents" VALUES ('schema_version', 'attributes', 'schema_version', '', '2026-11-22T02:38:30.152Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "gpkg_contents" VALUES ('setting', 'attributes', 'setting', '', '2026-11-22T02:38:30.152Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "gpkg_geometry_columns" VALUES ('address', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO "gpkg_geometry_columns" VALUES ('asset', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO "gpkg_geometry_columns" VALUES ('boundary', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO "gpkg_geometry_columns" VALUES ('home', 'geom', 'POINT', 4326, 0, 0);
INSERT INTO "gpkg_geometry_columns" VALUES ('population_area', 'geom', 'GEOMETRY', 4326, 0, 0);
INSERT INTO "gpkg_extensions" VALUES ('asset', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
INSERT INTO "gpkg_extensions" VALUES ('home', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
INSERT INTO "asset" VALUES (1, X'47500001E6100000010100000000000000000026400000000000804D40', '47827317-b452-5854-b9c8-eb499bdb9fc4', 'Blåbærøya park', NULL, NULL, 'places', 'park_green', 'Lekeplass æøå ÆØÅ', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'ok', 'exact', NULL, 'osm', 'node/0', 'ODbL-1.0', '© OpenStreetMap contributors', '2026-11-21', NULL, '{"leisure": "park"}', NULL, '{"Størrelse": "stor"}');
INSERT INTO "asset" VALUES (2, X'47500003E610000000000000000026408D976E12830026400000000000804D40E3A59BC420804D400103000000010000000500000000000000000026400000000000804D400000000000002640E3A59BC420804D408D976E1283002640E3A59BC420804D408D976E12830026400000000000804D4000000000000026400000000000804D40', '0e1b08b3-55db-522f-b7ca-41aeeda6f30b', 'Ærlighetens løkke', NULL, NULL, 'places', 'park_green', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'ok', 'exact', NULL, 'osm', 'node/1', 'ODbL-1.0', '© OpenStreetMap contributors', '2026-11-21', NULL, '{"leisure": "park"}', 12.5, NULL);
INSERT INTO "asset" VALUES (3, X'47500003E6100000C7726EBA353F264066666666666626400000000000804D40CDCCCCCCCC8C4D40010200000002000000C7726EBA353F26400000000000804D406666666666662640CDCCCCCCCC8C4D40', '76f086ab-9900-5941-b7cb-236e8dedb38d', 'Åsgårdstien', NULL, NULL, 'places', 'park_green', 'Sti gjennom «skogen»', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'ok', 'exact', NULL, 'osm', 'node/2', 'ODbL-1.0', '© OpenStreetMap contributors', '2026-11-21', NULL, '{"leisure": "park"}', 3.33333333333333314829e-01, NULL);
INSERT INTO "asset" VALUES (4, X'47500003E610000085EB51B81E0526409A99999999192640E17A14AE47814D40A4703D0AD7834D40010600000002000000010300000001000000050000000AD7A3703D0A2640E17A14AE47814D400AD7A3703D0A2640C3F5285C8F824D4085EB51B81E052640C3F5285C8F824D4085EB51B81E052640E17A14AE47814D400AD7A3703D0A2640E17A14AE47814D40010300000002000000050000008FC2F5285C0F2640E17A14AE47814D409A99999999192640E17A14AE47814D409A99999999192640A4703D0AD7834D408FC2F5285C0F2640A4703D0AD7834D408FC2F5285C0F2640E17A14AE47814D400500000052B81E85EB11264052B81E85EB814D4052B81E85EB112640C3F5285C8F824D4014AE47E17A142640C3F5285C8F824D4014AE47E17A14264052B81E85EB814D4052B81E85EB11264052B81E85EB814D40', '0d6eb83c-2305-544d-94fa-5b654ecfd018', 'Østre skole', NULL, NULL, 'places', 'park_green', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'ok', 'exact', NULL, 'osm', 'node/3', 'ODbL-1.0', '© OpenStreetMap contributors', '2026-11-21', NULL, '{"leisure": "park"}', NULL, '{"Størrelse": "12"}');
INSERT INTO "asset" VALUES (5, X'47500001E6100000010100000000000000000026400000000000804D40', 'ef8ba396-9ab0-5dad-8f84-43bcb8c1fe25', 'Korps', NULL, NULL, 'places', 'park_green', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'ok', 'exact', NULL, 'table:clubs.csv', 'node/0', 'NLOD-2.0', 'Sarpsborg kommune', '2026-11-21', NULL, '{"leisure": "park"}', NULL, NULL);
INSERT INTO "asset" VALUES (6, NULL, 'b50adca9-d22d-5bbc-905c-0327dcfa1072', 'Speidergruppa Ørn', NULL, NULL, 'places', 'park_green', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'ok', 'exact', NULL, 'table:clubs.csv', 'node/1', 'NLOD-2.0', 'Sarpsborg kommune', '2026-11-21', NULL, '{"leisure": "park"}', NULL, NULL);
INSERT INTO "home" VALUES (1, X'47500001E6100000010100000000000000000026400000000000804D40', 'node/0', 'address', 1.0, NULL, NULL, NULL, 400.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "home" VALUES (2, X'47500001E610000001010000008D976E12830026400000000000804D40', 'node/1', 'address', 1.0, NULL, NULL, NULL, 400.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "home" VALUES (3, X'47500001E610000001010000001B2FDD24060126400000000000804D40', 'node/2', 'address', 1.0, NULL, NULL, NULL, 400.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "boundary" VALUES (1, X'47500003E6100000CDCCCCCCCCCC25400000000000002C403333333333734D409A99999999994D40010300000001000000050000000000000000002C403333333333734D400000000000002C409A99999999994D40CDCCCCCCCCCC25409A99999999994D40CDCCCCCCCCCC25403333333333734D400000000000002C403333333333734D40', 'boundary', 'Blåbærøya');
INSERT INTO "boundary" VALUES (2, X'47500003E61000009A999999999925403333333333332C406666666666664D406666666666A64D40010300000001000000050000003333333333332C406666666666664D403333333333332C406666666666A64D409A999999999925406666666666A64D409A999999999925406666666666664D403333333333332C406666666666664D40', 'extent', 'Blåbærøya');
INSERT INTO "address" VALUES (1, X'47500001E610000001010000008D976E12830026400000000000804D40', 'node/9', 'Ørevegen', '3', '1738', 'Borgenhaugen', NULL);
INSERT INTO "provenance" VALUES (1, 'osm', 'OpenStreetMap', 'ODbL-1.0', '© OpenStreetMap contributors', '2026-11-21', '2026-11-20', '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '');
INSERT INTO "provenance" VALUES (2, 'table:clubs.csv', 'Clubs', 'NLOD-2.0', 'Sarpsborg kommune', '2026-11-21', '', '', '', 'clubs.csv');
INSERT INTO "issue" VALUES (1, '', 'row 7', 'address', 'no-position', 'Storgata', 'No place yet.');
INSERT INTO "setting" VALUES (1, 'store', '"6383e4a8202c"');
INSERT INTO "setting" VALUES (2, 'name', '"Blåbærøya"');
INSERT INTO "setting" VALUES (3, 'unit', '"homes"');
INSERT INTO "setting" VALUES (4, 'meta', '{}');
INSERT INTO "setting" VALUES (5, 'notes', '["{\"text\": \"Built from {what}.\", \"params\": {\"what\": {\"text\": \"homes\", \"params\": {}}}}", "{\"text\": \"One home.\", \"params\": {}, \"plural\": \"{n} homes.\", \"count\": 3}"]');
INSERT INTO "setting" VALUES (6, 'home_columns', '["source", "dwellings", "people", "people_low", "people_high", "edge_m"]');
INSERT INTO "setting" VALUES (7, 'population_columns', 'null');
INSERT INTO "setting" VALUES (8, 'generation', '1');
INSERT INTO "setting" VALUES (9, 'sidecars', '{"basemap": {"file": "basemap.1.pmtiles", "bytes": 8, "sha256": "c906d4c14d1fa15c2dd4c101985f627138fdb62da49108d54429b9f790e72f73"}}');
INSERT INTO "setting" VALUES (10, 'parameters', '{"place": "Blåbærøya"}');
INSERT INTO "setting" VALUES (11, 'fingerprints', '{"basemap": {"osm": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}');
INSERT INTO "setting" VALUES (12, 'revision', '2');
INSERT INTO "setting" VALUES (13, 'saved_at', '"2026-11-22T02:38:30.938Z"');
INSERT INTO "schema_version" VALUES (1, 1, 'assetmap 0.1.0', '2026-11-22T02:38:30.154Z');
INSERT INTO "rtree_asset_geom" VALUES (1, 11.0, 11.0, 59.0, 59.0);
INSERT INTO "rtree_asset_geom" VALUES (2, 11.0, 1.10010004043579101562e+01, 59.0, 5.9001007080078125e+01);
INSERT INTO "rtree_asset_geom" VALUES (3, 1.11234550476074218745e+01, 1.12000017166137695308e+01, 59.0, 5.91000061035156250017e+01);
INSERT INTO "rtree_asset_geom" VALUES (4, 1.1009998321533203125e+01, 1.10500001907348632812e+01, 59.0099983215332, 5.90300064086914062517e+01);
INSERT INTO "rtree_asset_geom" VALUES (5, 11.0, 11.0, 59.0, 59.0);
INSERT INTO "rtree_home_geom" VALUES (1, 11.0, 11.0, 59.0, 59.0);
INSERT INTO "rtree_home_geom" VALUES (2, 1.10009984970092773433e+01, 1.10010004043579101562e+01, 59.0, 59.0);
INSERT INTO "rtree_home_geom" VALUES (3, 1.10019998550415039058e+01, 1.10020017623901367187e+01, 59.0, 59.0);
CREATE TRIGGER "rtree_asset_geom_insert" AFTER INSERT ON "asset" WHEN (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN INSERT OR REPLACE INTO "rtree_asset_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_asset_geom_update6" AFTER UPDATE OF "geom" ON "asset" WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) AND (OLD."geom" NOTNULL AND NOT ST_IsEmpty(OLD."geom")) BEGIN UPDATE "rtree_asset_geom" SET minx = ST_MinX(NEW."geom"), maxx = ST_MaxX(NEW."geom"), miny = ST_MinY(NEW."geom"), maxy = ST_MaxY(NEW."geom") WHERE id = NEW."fid"; END;
CREATE TRIGGER "rtree_asset_geom_update7" AFTER UPDATE OF "geom" ON "asset" WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) AND (OLD."geom" ISNULL OR ST_IsEmpty(OLD."geom")) BEGIN INSERT INTO "rtree_asset_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_asset_geom_update2" AFTER UPDATE OF "geom" ON "asset" WHEN OLD."fid" = NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_asset_geom" WHERE id = OLD."fid"; END;
CREATE TRIGGER "rtree_asset_geom_update5" AFTER UPDATE ON "asset" WHEN OLD."fid" != NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_asset_geom" WHERE id = OLD."fid"; INSERT OR REPLACE INTO "rtree_asset_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_asset_geom_update4" AFTER UPDATE ON "asset" WHEN OLD."fid" != NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_asset_geom" WHERE id IN (OLD."fid", NEW."fid"); END;
CREATE TRIGGER "rtree_asset_geom_delete" AFTER DELETE ON "asset" WHEN OLD."geom" NOT NULL BEGIN DELETE FROM "rtree_asset_geom" WHERE id = OLD."fid"; END;
CREATE TRIGGER "rtree_home_geom_insert" AFTER INSERT ON "home" WHEN (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN INSERT OR REPLACE INTO "rtree_home_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_home_geom_update6" AFTER UPDATE OF "geom" ON "home" WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) AND (OLD."geom" NOTNULL AND NOT ST_IsEmpty(OLD."geom")) BEGIN UPDATE "rtree_home_geom" SET minx = ST_MinX(NEW."geom"), maxx = ST_MaxX(NEW."geom"), miny = ST_MinY(NEW."geom"), maxy = ST_MaxY(NEW."geom") WHERE id = NEW."fid"; END;
CREATE TRIGGER "rtree_home_geom_update7" AFTER UPDATE OF "geom" ON "home" WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) AND (OLD."geom" ISNULL OR ST_IsEmpty(OLD."geom")) BEGIN INSERT INTO "rtree_home_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_home_geom_update2" AFTER UPDATE OF "geom" ON "home" WHEN OLD."fid" = NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_home_geom" WHERE id = OLD."fid"; END;
CREATE TRIGGER "rtree_home_geom_update5" AFTER UPDATE ON "home" WHEN OLD."fid" != NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_home_geom" WHERE id = OLD."fid"; INSERT OR REPLACE INTO "rtree_home_geom" VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_home_geom_update4" AFTER UPDATE ON "home" WHEN OLD."fid" != NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")) BEGIN DELETE FROM "rtree_home_geom" WHERE id IN (OLD."fid", NEW."fid"); END;
CREATE TRIGGER "rtree_home_geom_delete" AFTER DELETE ON "home" WHEN OLD."geom" NOT NULL BEGIN DELETE FROM "rtree_home_geom" WHERE id = OLD."fid"; END;
COMMIT;
