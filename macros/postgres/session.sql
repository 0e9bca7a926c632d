-- Functions of Redshift that PostgreSQL does not have, or has with another meaning. Run when a warehouse is opened to be
-- built; they are made in the schema of the state, which stands first on the search path.

create or replace function getdate() returns timestamp language sql stable parallel safe as
$$ select date_trunc('second', statement_timestamp() at time zone 'UTC') $$;

create or replace function nvl(a anycompatible, b anycompatible)
returns anycompatible language sql immutable parallel safe as
$$ select coalesce(a, b) $$;

create or replace function nvl(a anycompatible, b anycompatible, c anycompatible)
returns anycompatible language sql immutable parallel safe as
$$ select coalesce(a, b, c) $$;

create or replace function nvl(a anycompatible, b anycompatible, c anycompatible, d anycompatible)
returns anycompatible language sql immutable parallel safe as
$$ select coalesce(a, b, c, d) $$;

create or replace function nvl2(tested anyelement, when_there anycompatible, when_null anycompatible)
returns anycompatible language sql immutable parallel safe as
$$ select case when tested is not null then when_there else when_null end $$;

create or replace function len(value text) returns integer language sql immutable parallel safe as
$$ select length(value) $$;

create or replace function charindex(searched text, whole text) returns integer language sql immutable parallel safe as
$$ select strpos(whole, searched) $$;

-- The part stands in quotes, dateadd('day', 1, start_time): Redshift takes it both ways, PostgreSQL only this one.
create or replace function dateadd(part text, amount bigint, moment timestamp)
returns timestamp language sql immutable parallel safe as
$$
    select moment + case pg_catalog.lower(part)
        when 'millisecond' then amount * interval '1 millisecond'
        when 'second' then amount * interval '1 second'
        when 'minute' then amount * interval '1 minute'
        when 'hour' then amount * interval '1 hour'
        when 'day' then amount * interval '1 day'
        when 'week' then amount * interval '7 days'
        when 'month' then amount * interval '1 month'
        when 'quarter' then amount * interval '3 months'
        when 'year' then amount * interval '1 year'
        else cast('dateadd: there is no part ' || part as interval)
    end
$$;

-- How many boundaries of a part lie between two times: the last second of a year and the first of the next are a year apart.
create or replace function datediff(part text, earlier timestamp, later timestamp)
returns bigint language sql immutable parallel safe as
$$
    select case pg_catalog.lower(part)
        when 'millisecond' then cast(
            1000 * extract(epoch from date_trunc('milliseconds', later) - date_trunc('milliseconds', earlier)) as bigint
        )
        when 'second' then cast(
            extract(epoch from date_trunc('second', later) - date_trunc('second', earlier)) as bigint
        )
        when 'minute' then cast(
            extract(epoch from date_trunc('minute', later) - date_trunc('minute', earlier)) / 60 as bigint
        )
        when 'hour' then cast(
            extract(epoch from date_trunc('hour', later) - date_trunc('hour', earlier)) / 3600 as bigint
        )
        when 'day' then cast(later as date) - cast(earlier as date)
        when 'week' then (cast(date_trunc('week', later) as date) - cast(date_trunc('week', earlier) as date)) / 7
        when 'month' then cast(
            12 * (extract(year from later) - extract(year from earlier))
            + extract(month from later) - extract(month from earlier) as bigint
        )
        when 'quarter' then cast(
            4 * (extract(year from later) - extract(year from earlier))
            + extract(quarter from later) - extract(quarter from earlier) as bigint
        )
        when 'year' then cast(extract(year from later) - extract(year from earlier) as bigint)
        else cast('datediff: there is no part ' || part as bigint)
    end
$$;

-- The state of string_agg has a type that only a superuser may give to an aggregate, so this one keeps a text, which is
-- copied for each row. Redshift takes no result over 65535 bytes: the same limit here bounds what a row costs.
create or replace function listagg_append(so_far text, value text, delimiter text)
returns text language plpgsql immutable parallel safe as
$$
begin
    if value is null then
        return so_far;
    elsif so_far is null then
        return value;
    elsif octet_length(so_far) + octet_length(value) + coalesce(octet_length(delimiter), 0) > 65535 then
        raise exception 'Result size exceeds LISTAGG limit' using errcode = 'program_limit_exceeded';
    end if;
    return so_far || coalesce(delimiter, '') || value;
end
$$;

create or replace aggregate listagg(text, text) (
    sfunc = listagg_append,
    stype = text,
    parallel = safe
);

-- Text columns are sorted byte by byte, as Redshift does it. PostgreSQL would then know no letters but those of ASCII.
do $$
declare
    letters text := case
        when current_setting('server_version_num')::integer >= 170000 then 'pg_c_utf8'
        else 'default'
    end;
    changed text;
begin
    foreach changed in array array['lower', 'upper', 'initcap'] loop
        execute format(
            'create or replace function %1$I(value text) returns text language sql immutable parallel safe as '
            || '$body$ select pg_catalog.%1$I(value collate %2$I) $body$',
            changed, letters
        );
    end loop;
end
$$;
