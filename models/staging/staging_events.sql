{{config dist="even" sort="_load_id"}}

{{> copy_json from=(source "raw" "log_data")}}
