#include "CAssets.h"

/* #embed costs the compiler nothing; Swift's own way of embedding takes seconds for a file of this size. */
static const unsigned char openapi_yaml[] = {
#embed "../../openapi.yaml"
};

const unsigned char *sluice_openapi_yaml(void) { return openapi_yaml; }

size_t sluice_openapi_yaml_size(void) { return sizeof openapi_yaml; }

/* The files of static/. A name that is new there is written down here twice: with its bytes, and in the table. */
static const unsigned char app_js[] = {
#embed "../../static/app.js"
};
static const unsigned char comparison_js[] = {
#embed "../../static/comparison.js"
};
static const unsigned char dom_js[] = {
#embed "../../static/dom.js"
};
static const unsigned char grafana_json[] = {
#embed "../../static/grafana.json"
};
static const unsigned char group_js[] = {
#embed "../../static/group.js"
};
static const unsigned char icon_svg[] = {
#embed "../../static/icon.svg"
};
static const unsigned char index_html[] = {
#embed "../../static/index.html"
};
static const unsigned char live_js[] = {
#embed "../../static/live.js"
};
static const unsigned char overview_js[] = {
#embed "../../static/overview.js"
};
static const unsigned char prometheus_rules_yml[] = {
#embed "../../static/prometheus-rules.yml"
};
static const unsigned char prometheus_yml[] = {
#embed "../../static/prometheus.yml"
};
static const unsigned char records_js[] = {
#embed "../../static/records.js"
};
static const unsigned char requests_js[] = {
#embed "../../static/requests.js"
};
static const unsigned char style_css[] = {
#embed "../../static/style.css"
};
static const unsigned char topic_js[] = {
#embed "../../static/topic.js"
};
static const unsigned char waiting_js[] = {
#embed "../../static/waiting.js"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  long size;
} assets[] = {
    {"app.js", app_js, sizeof app_js},
    {"comparison.js", comparison_js, sizeof comparison_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"grafana.json", grafana_json, sizeof grafana_json},
    {"group.js", group_js, sizeof group_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"index.html", index_html, sizeof index_html},
    {"live.js", live_js, sizeof live_js},
    {"overview.js", overview_js, sizeof overview_js},
    {"prometheus-rules.yml", prometheus_rules_yml, sizeof prometheus_rules_yml},
    {"prometheus.yml", prometheus_yml, sizeof prometheus_yml},
    {"records.js", records_js, sizeof records_js},
    {"requests.js", requests_js, sizeof requests_js},
    {"style.css", style_css, sizeof style_css},
    {"topic.js", topic_js, sizeof topic_js},
    {"waiting.js", waiting_js, sizeof waiting_js},
};

long sluice_asset_count(void) { return sizeof assets / sizeof assets[0]; }

const char *sluice_asset_name(long number) { return assets[number].name; }

const unsigned char *sluice_asset_bytes(long number) { return assets[number].bytes; }

long sluice_asset_size(long number) { return assets[number].size; }
