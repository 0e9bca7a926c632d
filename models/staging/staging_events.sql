{{config dist="even"}}

{{> copy_json from=(source "raw" "log_data")}}
