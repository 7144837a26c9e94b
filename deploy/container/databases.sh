# Makes each member's database with its two roles; postgres runs this once, on an empty volume.
# The same as deploy/local/src/local_stack/databases.py does for the local stack.
for member in attendance orders service_desk inventory payroll gateway; do
  name=$(echo "$member" | tr '[:lower:]' '[:upper:]')
  owner="${name}_OWNER_PASSWORD" runtime="${name}_APP_PASSWORD"
  psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d postgres \
    -v member="$member" -v owner="${member}_owner" -v app="${member}_app" -v ownerpw="${!owner}" -v apppw="${!runtime}" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'ownerpw';
CREATE ROLE :"app" LOGIN PASSWORD :'apppw';
CREATE DATABASE :"member" OWNER :"owner" TEMPLATE template0;
REVOKE ALL ON DATABASE :"member" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"member" TO :"app";
\connect :"member"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO :"owner";
GRANT USAGE ON SCHEMA public TO :"app";
SQL
done
psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d postgres -c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
